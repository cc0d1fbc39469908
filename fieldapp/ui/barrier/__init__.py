"""The screens of the pitfall barrier: the season, the bucket board, photos and individuals, figures."""
