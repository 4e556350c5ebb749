"""What a server's list of the likeliest tokens says of a model's whole distribution, and what it leaves open."""
