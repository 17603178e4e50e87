// Preloaded into the local gateway: when the process that started it dies, even by SIGKILL, the channel to it closes,
// and the gateway ends instead of holding its ports for ever.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
