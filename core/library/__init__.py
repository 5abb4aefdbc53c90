"""Images: what is kept of them, and how their bytes are judged, cleaned and shown small."""
