"""Between the record and the titration engine: gathering a patient, showing an advice, proving it later."""
