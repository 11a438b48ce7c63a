"""What ``make clusters`` plays on poolers, clusters and replicas."""
