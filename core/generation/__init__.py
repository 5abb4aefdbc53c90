"""From a prompt to pictures: orders, jobs and items, prices; the providers are its leaves."""
