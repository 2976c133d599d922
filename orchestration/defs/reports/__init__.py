"""Reports: landing assets, the inbox and its questions."""
