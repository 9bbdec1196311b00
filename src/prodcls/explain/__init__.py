"""Why a decision fell as it did: accounts that sum to it, and witnesses that check them."""
