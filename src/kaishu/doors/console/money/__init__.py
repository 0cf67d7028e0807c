"""The pages of finance and approvers: what is due, batches, funds, results, codes and goods."""
