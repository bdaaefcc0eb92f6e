"""The formats, a module each: its one function turns a file into what it says (`said`)."""
