"""What people say of alignment, as claims that a run answers with yes, no or can't tell."""
