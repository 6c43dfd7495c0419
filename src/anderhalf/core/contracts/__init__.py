"""What is billed, by whom, and whether the deductible applies."""

from anderhalf.core.contracts.model import Contract, ContractTerms, DeductibleAmount, Terms
from anderhalf.core.contracts.terms import NoContract, terms_for

__all__ = ["Contract", "ContractTerms", "DeductibleAmount", "NoContract", "Terms", "terms_for"]
