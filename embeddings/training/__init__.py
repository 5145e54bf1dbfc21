"""Making the shipped model: pairs of texts that belong together, words, first vectors, contrastive training, export."""
