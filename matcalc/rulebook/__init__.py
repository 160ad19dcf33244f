"""The rules: blocks of text over the files in rules/, indexed by name and read when somebody asks for them."""
