"""One declaration of every table and column; everything else is generated from it."""
