// Half of the background blur: a Gaussian of 4 texels at strength 1, cut off at twice that, along rows or columns.
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

vec4 blurred(sampler2D map, ivec2 along)
{
    ivec2 here = ivec2(gl_FragCoord.xy), most = textureSize(map, 0) - 1;
    vec4 sum = texelFetch(map, here, 0);
    for (int i = 1; i <= reach(); i++)
    {
        vec4 before = texelFetch(map, max(here - i * along, ivec2(0)), 0), after = texelFetch(map, min(here + i * along, most), 0);
        sum += (before + after) * weight(i);
    }

    return sum;
}
