"""One search over people, practicals, intakes, certificates and enquiries, for staff."""
