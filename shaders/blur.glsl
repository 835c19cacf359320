// A Gaussian of 4 texels at strength 1, cut off at twice that.
uniform float strength;

int reach()
{
    return int(ceil(8.0 * strength));
}

float weight(int i)
{
    float spread = max(4.0 * strength, 0.1);
    return exp(-float(i * i) / (2.0 * spread * spread));
}
