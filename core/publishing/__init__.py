"""Publishing: posts and targets, renditions, pages; the networks are its leaves."""
