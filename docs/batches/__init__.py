"""How the pictures of a batch's page in this folder's parent are made."""
