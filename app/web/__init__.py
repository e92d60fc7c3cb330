"""Everything about HTTP that belongs to no feature: visits, forms, rendering, errors, guards."""
