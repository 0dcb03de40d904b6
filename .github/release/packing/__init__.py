"""Makes everything that a release offers from its compiled programs."""
