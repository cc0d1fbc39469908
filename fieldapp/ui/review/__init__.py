"""The screens of the review: the coordinator's work list, questions in both directions, what was validated."""
