"""What is kept, and where: database, queue, limits, secrets and blobs behind the ports of core.

Everything here implements a Protocol of `core.ports` or `core.storing` and raises `core.errors`.
It must not know chats, commands or pages, and reads no environment: addresses, keys and clocks are
handed in.
"""
