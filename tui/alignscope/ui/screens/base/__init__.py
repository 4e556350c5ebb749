"""What several screens are made from: their base classes, and labels of panes."""
