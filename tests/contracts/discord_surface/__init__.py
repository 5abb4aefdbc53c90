"""The Discord surface against the strict local Discord, over real sockets."""
