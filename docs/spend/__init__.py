"""Takes the picture of the spend view, `docs/spend.png`: `python -m docs.spend`."""
