"""The lines of all protocols in one table: what a coordinator narrows, puts in order, corrects and hands on."""
