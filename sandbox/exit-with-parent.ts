// Preloaded into the local gateway. When the process that started it ends, even by SIGKILL, the channel to it closes.
// The gateway then ends too and frees its ports.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
