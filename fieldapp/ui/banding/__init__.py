"""The pages of bird banding: sessions, capture lines, ring stock, the life of a bird."""
