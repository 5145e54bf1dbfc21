"""Reading values and statements out of text people write."""
