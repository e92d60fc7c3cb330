"""Everything that knows about HTTP and is not a feature: visits, forms, rendering, errors, guards."""
