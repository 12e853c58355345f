"""The documents are run: every command in them, every link, the page of the architecture, the schemas."""
