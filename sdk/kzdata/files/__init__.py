"""Files and folders: opened once and read within limits, written whole or not at all."""
