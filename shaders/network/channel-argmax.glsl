// The first of equal ones, and 0 where nothing is larger than what is no number.
vec4 at(int block, int y, int x)
{
    int area = inH0 * inW0, cell = y * inW0 + x, winner = 0;
    float best = read(in0 + cell).x;
    for (int c = 1; c < inC0; c++)
    {
        float v = read(in0 + c / 4 * area + cell)[c % 4];
        if (v > best)
        {
            best = v;
            winner = c;
        }
    }

    return vec4(winner);
}
