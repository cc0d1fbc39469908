"""The screens of what is handed to others: the register of batches, a new batch, the recipients."""
