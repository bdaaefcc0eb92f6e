"""The desk on which an author enters an article in a browser: `kzdata edit`."""
