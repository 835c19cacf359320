// The number of the first cell of the window with the largest value.
vec4 at(int block, int y, int x)
{
    vec4 most = vec4(-3.402823466e38), place = vec4(0.0);
    for (int k = 0; k < kernelH * kernelW; k++)
    {
        int row = y * strideY + k / kernelW, column = x * strideX + k % kernelW;
        if (row >= inH0 || column >= inW0) continue;
        vec4 v = read(in0 + (block * inH0 + row) * inW0 + column);
        bvec4 more = greaterThan(v, most);
        most = mix(most, v, more);
        place = mix(place, vec4(k), more);
    }

    return place;
}
