"""What a person sees of the exchange with the others: the page, the state in the status line, the work behind both."""
