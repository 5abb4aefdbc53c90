"""The chats. Each package fills `ChatSurface` and knows its own platform; none knows another."""
