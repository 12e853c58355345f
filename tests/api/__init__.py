"""The library behind the commands, as a program or a notebook uses it."""
