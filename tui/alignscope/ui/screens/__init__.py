"""The screens. Each but the first is imported where it is opened, as the first frame needs none of them."""
