"""限额抢单 as a service: posting needs, telling institutions, granting claims."""
