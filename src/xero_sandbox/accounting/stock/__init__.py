"""Stock of tracked items: how much there is, and what it has cost."""
