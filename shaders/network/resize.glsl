vec4 at(int block, int y, int x)
{
    float down = clamp(float(y) * stepY + firstY, 0.0, float(inH0 - 1)), right = clamp(float(x) * stepX + firstX, 0.0, float(inW0 - 1));
    int top = int(down), left = int(right);
    int bottom = min(top + 1, inH0 - 1), beside = min(left + 1, inW0 - 1);
    int start = in0 + block * inH0 * inW0;
    float b = down - float(top), r = right - float(left);
    vec4 above = read(start + top * inW0 + left) * (1.0 - r) + read(start + top * inW0 + beside) * r;
    vec4 below = read(start + bottom * inW0 + left) * (1.0 - r) + read(start + bottom * inW0 + beside) * r;
    return above * (1.0 - b) + below * b;
}
