"""The history of the whole academy: every act of the audit trail in a sentence, filtered and exported."""
