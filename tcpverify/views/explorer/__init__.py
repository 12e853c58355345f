"""The page of `explore`: its frame, script and style, and what it is answered."""
