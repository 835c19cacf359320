#version 330 core
// First half of the background blur: along rows, at a quarter of the size. Pixels are weighted by how much they are background, so
// that no foreground colour enters and no halo forms; alpha holds the sum of the weights.
#include "view.glsl"
#include "blur.glsl"

void main()
{
    float texel = 4.0 / float(textureSize(frame, 0).x);
    vec4 sum = vec4(0.0);
    for (int i = -reach(); i <= reach(); i++)
    {
        vec2 at = uv + vec2(float(i) * texel, 0.0);
        sum += vec4(texture(frame, at).rgb, 1.0) * weight(i) * (1.0 - foreground(at) + 0.001);
    }

    color = sum / float(2 * reach() + 1);
}
