"""What the fee processes have done 收费作业: the quarter's table in chunks, its review and bills, a day's duties."""
