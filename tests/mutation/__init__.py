"""Rules broken on purpose, one at a time, and who notices."""
