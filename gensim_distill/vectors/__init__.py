"""Reading and writing word vectors of any format."""
