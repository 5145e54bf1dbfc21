"""Pages of institutions, carriers and lead firms (机构、载体、龙头企业): what they receive, offer, take, achieve."""
