"""Starts LocalEmu with the patches of localemu_patches.py."""

from localemu_patches import PATCHES

if __name__ == "__main__":
    for patch in PATCHES:
        patch()
    from localemu.runtime.main import main

    main()
