"""One suite per port, run on every adapter and on its fake."""
