"""How the twins were made: the data, the training and the measuring. Not in the wheel."""
