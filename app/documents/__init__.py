"""PDF documents, made by typst: a separate process for each, and only a few at the same time."""
