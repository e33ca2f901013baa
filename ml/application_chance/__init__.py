"""The chance that one application is hired: learned once a month into a table of terms that matching adds up."""
